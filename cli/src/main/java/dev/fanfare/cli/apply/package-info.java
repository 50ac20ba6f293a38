/** Subscriptions and event types as files: what they say, and what has to change for it. */
@NullMarked
package dev.fanfare.cli.apply;

import org.jspecify.annotations.NullMarked;
