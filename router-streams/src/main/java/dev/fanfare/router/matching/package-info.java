/** Which subscriptions an event goes to: an index in memory. Pure: no Kafka, no clock. */
@NullMarked
package dev.fanfare.router.matching;

import org.jspecify.annotations.NullMarked;
