package dev.fanfare.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.InvalidEvent;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class EventValidatorTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00.123Z");
    private final EventValidator validator =
            new EventValidator(Clock.fixed(NOW, ZoneOffset.UTC), new SplittableRandom(7));

    @Test
    void whatIsLeftOutIsFilledIn() throws InvalidEvent {
        CompleteEvent complete = validator.complete(event(Map.of("type", "order.created")), "acme");
        assertThat(complete.idMinted()).isTrue();
        Event event = complete.event();
        assertThat(UUID.fromString(event.id()).getMostSignificantBits() >>> 16).isEqualTo(NOW.toEpochMilli());
        assertThat(event.source()).isEqualTo("/tenants/acme");
        assertThat(event.tenant()).isEqualTo("acme");
        assertThat(event.attributes()).containsEntry("time", "2026-11-21T12:00:00.123Z");
    }

    @Test
    void whatIsThereStays() throws InvalidEvent {
        Map<String, String> sent =
                Map.of("id", "7", "type", "t", "source", "/s", "time", "2020-01-01T00:00:00+02:00", "region", "eu");
        CompleteEvent complete = validator.complete(event(sent), "acme");
        assertThat(complete.idMinted()).isFalse();
        assertThat(complete.event().attributes()).containsAllEntriesOf(sent).hasSize(sent.size() + 1);
    }

    @Test
    void theTenantOfThePathMayBeRepeatedAndNotContradicted() throws InvalidEvent {
        Map<String, String> sent = Map.of("type", "t", "tenant", "acme");
        assertThat(validator.complete(event(sent), "acme").event().tenant()).isEqualTo("acme");
        assertThatThrownBy(() -> validator.complete(event(sent), "other"))
                .isInstanceOf(InvalidEvent.class)
                .hasMessageContaining("tenant");
    }

    @Test
    void everyFaultIsNamedAtOnce() {
        assertThatThrownBy(() -> validator.complete(event(Map.of("id", "", "time", "now", "Bad", "x")), "acme"))
                .hasMessageContaining("id:")
                .hasMessageContaining("type:")
                .hasMessageContaining("time:")
                .hasMessageContaining("Bad:");
    }

    private static Event event(Map<String, String> attributes) {
        return new Event(attributes, "application/json", new byte[] {'1'});
    }
}
