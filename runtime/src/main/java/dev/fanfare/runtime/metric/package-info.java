/** What is measured: metrics are defined here and in each module's enum, and nowhere else. */
@NullMarked
package dev.fanfare.runtime.metric;

import org.jspecify.annotations.NullMarked;
