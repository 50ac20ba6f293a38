package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdTimeTest {
    @Test
    void aMintedIdSaysWhen() {
        assertThat(IdTime.millis(Uuid7.mint(1_795_348_800_123L, new Random(1)).toString()))
                .isEqualTo(1_795_348_800_123L);
    }

    @Test
    void aUlidSaysWhen() {
        // the example of the ULID specification
        assertThat(IdTime.millis("01ARZ3NDEKTSV4RRFFQ69G5FAV")).isEqualTo(1_469_922_850_259L);
        assertThat(IdTime.millis("01arz3ndektsv4rrffq69g5fav")).isEqualTo(1_469_922_850_259L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "o-1",
                "0b0ff2f4-5a0c-4f7c-9b2e-3b6f4a1f0e11",
                "00000000-0000-7000-8000-000000000000",
                "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                "77777777777777777777777777"
            })
    void otherIdsSayNothing(String id) {
        assertThat(IdTime.millis(id)).isNull();
    }
}
