/** Subscriptions as they stand on their compacted topic. */
@NullMarked
package dev.fanfare.contract.subscription;

import org.jspecify.annotations.NullMarked;
