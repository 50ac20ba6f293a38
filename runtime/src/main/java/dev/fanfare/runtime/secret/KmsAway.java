package dev.fanfare.runtime.secret;

/** The KMS can't be reached or can't answer now, which passes; the message says what is known. */
public final class KmsAway extends Exception {
    KmsAway(String message, Throwable cause) {
        super(message, cause);
    }
}
