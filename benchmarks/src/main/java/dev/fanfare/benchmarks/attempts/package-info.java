/** Measures the index of attempts: how fast it is made from the topic, and how long a question takes. */
@NullMarked
package dev.fanfare.benchmarks.attempts;

import org.jspecify.annotations.NullMarked;
