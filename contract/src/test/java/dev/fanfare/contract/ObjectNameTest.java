package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectNameTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "0", "default", "a-b", "a--b", "orders-2026"})
    void theseAreNames(String text) {
        assertThat(ObjectName.isValid(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", "-a", "a-", "A", "a_b", "a.b", "a/b", "a b", "ä", "a\n", "..", "%61"})
    void theseAreNot(String text) {
        assertThat(ObjectName.isValid(text)).isFalse();
    }

    @Test
    void sixtyFourCharactersAreTheMost() {
        assertThat(ObjectName.isValid("a".repeat(64))).isTrue();
        assertThat(ObjectName.isValid("a".repeat(65))).isFalse();
    }
}
