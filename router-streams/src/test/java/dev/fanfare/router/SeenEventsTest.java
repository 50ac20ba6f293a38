package dev.fanfare.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.router.matching.SubscriptionIndex;
import dev.fanfare.router.matching.SubscriptionMatcher;
import dev.fanfare.runtime.trace.Tracing;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedPunctuator;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The filters before the store save look-ups, and change no answer. */
class SeenEventsTest {
    private static final Duration WINDOW = Duration.ofHours(10);
    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final int MANY = 100_000;

    private final StoreMemory memory = new StoreMemory(RouterSettings.LEAST_MEMORY);
    private final WindowStore<Bytes, byte[]> store = Stores.windowStoreBuilder(
                    Stores.inMemoryWindowStore(SeenEventsStore.NAME, Duration.ofDays(1_000), WINDOW, false),
                    Serdes.Bytes(),
                    Serdes.ByteArray())
            .withLoggingDisabled()
            .build();

    @BeforeEach
    void open() {
        store.init(new MockProcessorContext<Void, Void>().getStateStoreContext(), store);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void whatTheStoreHoldsOfAnotherWindowsBucketsHidesNothing() {
        // a bucket of a day's window: no bucket of ten hours begins then
        store.put(event(1), new byte[2 * Long.BYTES], 24 * HOUR);
        try (SeenEvents seen = new SeenEvents(store, WINDOW, memory)) {
            assertThat(seen.recall(MANY)).isTrue();

            seen.remember(event(2), 7, 26 * HOUR);

            assertThat(seen.isDuplicate(event(2), 8, 27 * HOUR)).isTrue();
            assertThat(seen.isDuplicate(event(2), 8, 31 * HOUR))
                    .as("in the next bucket")
                    .isTrue();
            seen.remember(event(3), 9, 31 * HOUR);
            assertThat(seen.isDuplicate(event(2), 10, 32 * HOUR))
                    .as("once that is begun")
                    .isTrue();
        }
    }

    /** One that has recalled nothing asks the store each time. */
    @Test
    void itAnswersAsOneThatAsksTheStoreEachTimeWheneverItStartsAndHoweverTimeGoes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        SeenEvents always = new SeenEvents(store, WINDOW, memory);
        SeenEvents seen = new SeenEvents(store, WINDOW, memory);
        long now = 100 * HOUR;
        int duplicates = 0;
        for (int offset = 0; offset < 20_000; offset++) {
            if (random.nextInt(1_000) == 0) {
                seen.close();
                seen = new SeenEvents(store, WINDOW, memory);
            }
            seen.recall(random.nextInt(3));
            now += random.nextInt(300) == 0 ? random.nextInt(25) * HOUR : random.nextInt(60_000);
            long at = random.nextInt(10) == 0 ? now - random.nextInt(30) * HOUR : now;
            Bytes event = event(random.nextInt(1_000));
            boolean duplicate = always.isDuplicate(event, offset, at);
            assertThat(seen.isDuplicate(event, offset, at))
                    .as("seed %d offset %d", seed, offset)
                    .isEqualTo(duplicate);
            if (duplicate) {
                duplicates++;
            } else {
                seen.remember(event, offset, at);
            }
        }
        assertThat(duplicates).as("seed %d", seed).isBetween(1_000, 19_000);
        seen.close();
        always.close();
    }

    @Test
    void onceAllIsRecalledTheRouterIsLeftAlone() {
        for (int i = 0; i < 10_001; i++) {
            store.put(event(i), new byte[2 * Long.BYTES], 20 * HOUR);
        }
        MockProcessorContext<byte[], byte[]> context = new MockProcessorContext<>();
        context.addStateStore(store);
        EventRouter router = router();

        router.init(context);

        assertThat(context.scheduledPunctuators()).hasSize(1);
        CapturedPunctuator recalling = context.scheduledPunctuators().get(0);
        assertThat(recalling.cancelled()).isFalse();
        recalling.getPunctuator().punctuate(0);
        assertThat(recalling.cancelled()).isTrue();
        router.close();
    }

    private EventRouter router() {
        RouterMetrics metrics = new RouterMetrics(new SimpleMeterRegistry());
        return new EventRouter(new EventRouter.Shared(
                "default",
                null,
                () -> new SubscriptionMatcher(new SubscriptionIndex(), metrics::filterFailed),
                null,
                WINDOW,
                memory,
                1,
                new ReadIndex(TestTopology.UP_TO_DATE, Duration.ofSeconds(1), metrics),
                new OtherEvents(System::nanoTime),
                metrics,
                Tracing.off()));
    }

    private static Bytes event(long number) {
        return Bytes.wrap(ByteBuffer.allocate(16)
                .putLong(number * 0x9E3779B97F4A7C15L)
                .putLong(number * 0xC2B2AE3D27D4EB4FL)
                .array());
    }
}
