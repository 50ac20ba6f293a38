/** Kafka clients set up alike everywhere, topics made ready, compacted topics as tables. */
@NullMarked
package dev.fanfare.runtime.kafka;

import org.jspecify.annotations.NullMarked;
