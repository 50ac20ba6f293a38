package dev.fanfare.retry.parked;

import static dev.fanfare.retry.parked.ParkedWorld.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.contract.subscription.Subscription.State;
import dev.fanfare.testkit.TestBroker;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Processes that die without a word in the middle of a resume. */
class KilledUnparkerIT {
    /** Its groups notice a death soon. */
    private final TestBroker broker = TestBroker.fresh(Map.of("group.consumer.session.timeout.ms", "2000"));

    @AfterEach
    void closeBroker() {
        broker.close();
    }

    @ParameterizedTest
    @CsvSource({"before, 3", "after, 3", "before, 1"})
    void anotherGoesOnAndNothingIsLostOrDoubled(String moment, int commit) throws IOException, InterruptedException {
        ParkedWorld world = new ParkedWorld(broker);
        world.subscription("orders", State.PAUSED);
        List<String> ids = world.parkAll("orders", 2_000);
        world.subscription("orders", State.ACTIVE);

        Process killed = UnparkProcess.start(broker.bootstrapServers(), moment, commit);
        try {
            assertThat(killed.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            killed.destroyForcibly().waitFor();
        }
        assertThat(killed.exitValue()).as("it died by itself").isEqualTo(1);

        try (Unparker heir = world.unparker("heir")) {
            world.awaitDeliveries(2_000);
            await().atMost(PATIENCE).until(() -> world.standing().isEmpty());
            assertThat(world.deliveryIds()).containsExactlyInAnyOrderElementsOf(ids);
            await().atMost(PATIENCE).until(() -> heir.readiness().isReady());
        }
    }
}
