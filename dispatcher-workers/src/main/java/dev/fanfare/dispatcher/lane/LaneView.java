package dev.fanfare.dispatcher.lane;

/**
 * A lane at one moment.
 *
 * @param queued deliveries waiting
 * @param inFlight deliveries handed out and not ended
 * @param cap how many may be in flight now
 * @param ended deliveries ended since the lane came to be, whatever their result: unchanged after a while with deliveries
 *     in flight means that the lane is stuck, not busy
 * @param broken whether its breaker is open
 * @param restLeftNanos until it probes the endpoint; 0 or less where it doesn't rest
 */
public record LaneView(int queued, int inFlight, int cap, long ended, boolean broken, long restLeftNanos) {}
