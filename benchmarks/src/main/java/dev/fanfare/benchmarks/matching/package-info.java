/** What matching events with subscriptions costs in time and memory. */
@NullMarked
package dev.fanfare.benchmarks.matching;

import org.jspecify.annotations.NullMarked;
