package dev.fanfare.contract;

/** A record that can be read, but breaks a rule of what its topic holds. The message names each attribute at fault. */
public final class InvalidRecord extends UndecodableRecord {
    /** With words for an operator, without secrets or payload. */
    public InvalidRecord(String message) {
        super(message);
    }
}
