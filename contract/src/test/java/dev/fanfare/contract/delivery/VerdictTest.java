package dev.fanfare.contract.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class VerdictTest {
    @Test
    void theReasonsOfDeadLettersAreThese() {
        assertThat(Arrays.stream(Verdict.values()).filter(Verdict::isDeadLetter).map(Verdict::text))
                .containsExactlyInAnyOrder(
                        "exhausted", "gone", "rejected", "expired", "forbidden", "undecodable", "invalid", "too-large");
    }
}
