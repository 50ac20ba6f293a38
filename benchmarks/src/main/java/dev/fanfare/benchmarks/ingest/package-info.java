/** How fast events are taken in, beside what could at best be had. */
@NullMarked
package dev.fanfare.benchmarks.ingest;

import org.jspecify.annotations.NullMarked;
