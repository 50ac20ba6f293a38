package dev.fanfare.ingest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.contract.event.InvalidEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The values of headers in binary mode. */
class BinaryModeTest {
    /** The examples of the HTTP binding (section 3.1.3.2), and what comes near them. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "cheese, cheese",
                "Euro%20%E2%82%AC%20%F0%9F%98%80, Euro € 😀",
                "Euro%20%e2%82%ac, Euro €",
                "`\"a b\"`, a b",
                "`\"a \\\"b\\\" \\\\ c\"`, `a \"b\" \\ c`",
                "`\"%22\"`, `\"`",
                "a%2520b, a%20b",
                "`\"`, `\"`",
                "a+b, a+b"
            })
    void areUnquotedAndPercentDecodedOnce(String value, String meant) throws InvalidEvent {
        assertThat(BinaryMode.decode("ce-subject", value)).isEqualTo(meant);
    }

    @Test
    void mayHoldUtf8AsItIsThoughItShouldBeEncoded() throws InvalidEvent {
        String bytes = new String("Käse %C3%A4 😀".getBytes(UTF_8), ISO_8859_1);
        assertThat(BinaryMode.decode("ce-subject", bytes)).isEqualTo("Käse ä 😀");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"K\u00e4se", "a\u007fb", "a\u0007b", "a\tb", "100%", "%zz", "%4", "%C3%28", "%C0%AF", "%ED%A0%80"
            })
    void thatAreNeitherAreRefused(String value) {
        assertThatThrownBy(() -> BinaryMode.decode("ce-subject", value)).hasMessageContaining("ce-subject");
    }
}
