package dev.fanfare.cli.top;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * All that was read at one moment.
 *
 * @param atNanos   by {@link System#nanoTime}: for rates
 * @param processes how many answered
 * @param troubles  in words: who didn't answer, and what is not ready
 * @param lanes     the deepest, of all dispatchers that showed theirs
 * @param ends      of our topics: how many records each took since it was created, by its name
 * @param lags      of consumer groups, by topic: records that are not committed yet
 */
record Moment(
        Instant at,
        long atNanos,
        int processes,
        List<String> troubles,
        Scrape scrape,
        List<LaneLine> lanes,
        Map<String, Long> ends,
        Map<String, Long> lags) {

    /** A lane as its dispatcher shows it. */
    record LaneLine(String subscription, int queued, int inFlight, int cap, boolean broken, long restLeftMillis) {
        int depth() {
            return queued + inFlight;
        }
    }
}
