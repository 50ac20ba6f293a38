/** The way of a record through the tiers: how long it stays in each, on whose clock, and where it goes then. */
@NullMarked
package dev.fanfare.retry.relay;

import org.jspecify.annotations.NullMarked;
