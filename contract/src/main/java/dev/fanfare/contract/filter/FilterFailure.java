package dev.fanfare.contract.filter;

/** Why a filter could not be decided on an event. */
public enum FilterFailure {
    /** A {@code data} filter met an event whose body isn't JSON, or isn't said to be. Told once for each event. */
    BODY,
    /** An {@code sql} expression ended in an error, such as an attribute that the event doesn't have. */
    SQL
}
