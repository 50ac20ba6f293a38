/** Which offsets of a partition are done, what may be committed, and how that survives a crash. Pure: no Kafka, no clock. */
@NullMarked
package dev.fanfare.dispatcher.ledger;

import org.jspecify.annotations.NullMarked;
