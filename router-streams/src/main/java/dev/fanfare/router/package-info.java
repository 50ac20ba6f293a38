/** The router: event × subscriptions → deliveries, as a Kafka Streams topology. */
@NullMarked
package dev.fanfare.router;

import org.jspecify.annotations.NullMarked;
