/** Deliveries of paused subscriptions: followed on their topic, sent back when their subscription is resumed. */
@NullMarked
package dev.fanfare.retry.parked;

import org.jspecify.annotations.NullMarked;
