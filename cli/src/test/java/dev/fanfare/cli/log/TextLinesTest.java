package dev.fanfare.cli.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import dev.fanfare.cli.log.LogSettings.Format;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TextLinesTest {
    private final LoggerContext context = new LoggerContext();

    @Test
    void whatOthersSendBeginsNoLineAndSteersNoTerminal() {
        String text = text(null, "left out key={}", "a\r\n12:00:00.000 ERROR X  it burns\u001b[2J\té");
        assertThat(text.lines()).hasSize(1);
        assertThat(text)
                .contains("WARN  X                    left out key=a\\u000d\\u000a12:00:00.000 ERROR X")
                .contains("it burns\\u001b[2J\té")
                .endsWith(System.lineSeparator());
    }

    @Test
    void aStackKeepsItsLines() {
        assertThat(text(new IllegalStateException("gone"), "failed", "").lines())
                .hasSizeGreaterThan(2)
                .anyMatch(line -> line.contains("IllegalStateException: gone"))
                .anyMatch(line -> line.startsWith("\tat dev.fanfare"));
    }

    private String text(@Nullable Throwable thrown, String template, Object argument) {
        LoggingEvent event = new LoggingEvent(
                "test", context.getLogger("dev.fanfare.X"), Level.WARN, template, thrown, new Object[] {argument});
        return new String(LogSetup.encoder(context, Format.TEXT).encode(event), UTF_8);
    }
}
