package dev.fanfare.contract;

/** A Kafka record that can't be read as what its topic holds. The message names the header or field at fault. */
public class UndecodableRecord extends Exception {
    /** With words for an operator, without secrets or payload. */
    public UndecodableRecord(String message) {
        super(message);
    }
}
