/** What the hot rooms cost, measured with JMH. */
@NullMarked
package dev.fanfare.benchmarks;

import org.jspecify.annotations.NullMarked;
