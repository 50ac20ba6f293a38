package dev.fanfare.contract.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** Bodies that were good until somebody mangled them: the readers refuse, or read; they never fail otherwise. */
class MangledEventsTest {
    private static final int TRIES = 40_000;
    private static final List<String> GOOD = List.of(
            "{\"type\":\"t\",\"data\":{\"a\":[1,2.5e3,\"é😀\\n\"],\"b\":null},\"id\":\"1\"}",
            "[{\"type\":\"t\",\"data\":[true]},{\"type\":\"u\",\"data\":\"x\",\"partitionkey\":\"k\"}]",
            "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"ext\":7,\"data_base64\":\"AP97\"}",
            "[{\"specversion\":\"1.0\",\"type\":\"t\",\"datacontenttype\":\"text/plain\",\"data\":\"<a/>\"},{}]");
    private static final byte[] NASTY = "{}[]\",:\\0-e\u0000ÿ".getBytes(UTF_8);

    @Test
    void areReadOrRefusedByName(TestReporter reporter) {
        long seed = new Random().nextLong();
        reporter.publishEntry("seed", Long.toString(seed));
        Random random = new Random(seed);
        for (int i = 0; i < TRIES; i++) {
            byte[] body = mangle(GOOD.get(random.nextInt(GOOD.size())).getBytes(UTF_8), random);
            try {
                for (Event event : read(body, random)) {
                    assertThat(event.data()).as("seed %d, try %d", seed, i).isNotNull();
                }
            } catch (InvalidEvent e) {
                assertThat(e.errors()).as("seed %d, try %d", seed, i).isNotEmpty();
            } catch (TooManyEvents e) {
                assertThat(e).hasMessageContaining("at most 3");
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", try " + i + ": " + new String(body, UTF_8), e);
            }
        }
    }

    private static List<Event> read(byte[] body, Random random) throws InvalidEvent, TooManyEvents {
        EventJson.Step<Event> check = event -> {
            EventRules.check(event.with(Event.ID, "1").with(Event.SOURCE, "/s"));
            return event;
        };
        return switch (random.nextInt(4)) {
            case 0 -> List.of(check.apply(EventJson.readEnvelope(body)));
            case 1 -> List.of(check.apply(EventJson.readStructured(body)));
            case 2 -> EventJson.readEnvelopes(body, 3, check);
            default -> EventJson.readStructuredBatch(body, 3, check);
        };
    }

    private static byte[] mangle(byte[] good, Random random) {
        byte[] body = good;
        for (int change = random.nextInt(4); change >= 0; change--) {
            int at = random.nextInt(body.length + 1);
            int length = Math.min(random.nextInt(6), body.length - at);
            ByteArrayOutputStream next = new ByteArrayOutputStream();
            next.write(body, 0, at);
            switch (random.nextInt(4)) {
                case 0 -> next.write(body, at + length, body.length - at - length); // without some
                case 1 -> { // with some twice
                    next.write(body, at, length);
                    next.write(body, at, body.length - at);
                }
                case 2 -> { // with something nasty
                    next.write(NASTY[random.nextInt(NASTY.length)]);
                    next.write(body, at + length, body.length - at - length);
                }
                default -> { // with anything
                    next.write(random.nextInt(256));
                    next.write(body, at, body.length - at);
                }
            }
            body = next.toByteArray();
        }
        return body;
    }
}
