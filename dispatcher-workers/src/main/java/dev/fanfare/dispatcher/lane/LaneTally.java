package dev.fanfare.dispatcher.lane;

/**
 * What a lane has done since it came to be. One that was forgotten begins anew.
 *
 * @param key       the subscription: {@code tenant/subscriptionId}
 * @param queued    deliveries waiting
 * @param delivered attempts that ended well
 * @param failed    attempts that did not, without those that we ended ourselves
 */
public record LaneTally(String key, int queued, long delivered, long failed) {}
