/** Where a delivery goes that failed or can't be attempted now: pure, no Kafka and no clock. */
@NullMarked
package dev.fanfare.retry.plan;

import org.jspecify.annotations.NullMarked;
