/** Queues of deliveries, one per subscription, and whose turn it is. Pure: no Kafka, no HTTP, no clock. */
@NullMarked
package dev.fanfare.dispatcher.lane;

import org.jspecify.annotations.NullMarked;
