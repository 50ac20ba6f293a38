/** Subscriptions as the dispatcher sees them: whether a delivery's is still there, and where and how to send. */
@NullMarked
package dev.fanfare.dispatcher.subscription;

import org.jspecify.annotations.NullMarked;
