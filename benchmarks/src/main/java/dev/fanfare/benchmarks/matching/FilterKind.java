package dev.fanfare.benchmarks.matching;

/** What each subscription of a crowd filters by; each filter lets the crowd's events through. */
public enum FilterKind {
    NONE,
    /** An attribute, by one of ten texts, so that many share a filter. */
    EXACT_SHARED,
    /** An attribute, by a text that no other subscription has. */
    EXACT_OWN,
    /** An SQL expression that all share. */
    SQL,
    /** Two comparisons of the body, which all share. */
    DATA
}
