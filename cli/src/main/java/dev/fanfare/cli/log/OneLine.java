package dev.fanfare.cli.log;

import ch.qos.logback.classic.pattern.MessageConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;

/**
 * A message without control characters: what others send must neither begin a line of its own nor steer a terminal. They
 * are shown as JSON escapes them.
 */
final class OneLine extends MessageConverter {
    @Override
    public String convert(ILoggingEvent event) {
        return of(super.convert(event));
    }

    static String of(String message) {
        for (int i = 0; i < message.length(); i++) {
            if (isControl(message.charAt(i))) {
                return escaped(message);
            }
        }
        return message;
    }

    private static boolean isControl(char c) {
        return Character.isISOControl(c) && c != '\t';
    }

    private static String escaped(String message) {
        StringBuilder line = new StringBuilder(message.length() + 16);
        for (int i = 0; i < message.length(); i++) {
            char c = message.charAt(i);
            if (isControl(c)) {
                line.append(String.format("\\u%04x", (int) c));
            } else {
                line.append(c);
            }
        }
        return line.toString();
    }
}
