package dev.fanfare.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({"0B, 0", "512B, 512", "1KiB, 1024", "64MiB, 67108864", "2GiB, 2147483648", "' 1KiB ', 1024"})
    void theseAreSizes(String text, long bytes) {
        assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "B", "10", "10MB", "1.5MiB", "-1B", "1 KiB", "1kib", "9999999999B", "٣B"})
    void theseAreNotAndTheErrorSaysWhatWouldBe(String text) {
        assertThatThrownBy(() -> ByteSize.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'")
                .hasMessageContaining("64MiB");
    }

    @ParameterizedTest
    @CsvSource({"0, 0B", "1, 1B", "1024, 1KiB", "1536, 1536B", "1048576, 1MiB", "3221225472, 3GiB"})
    void theLargestUnitWithoutAFractionIsWritten(long bytes, String text) {
        assertThat(new ByteSize(bytes)).hasToString(text);
    }
}
