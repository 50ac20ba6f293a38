/** Work that is done in sessions with Kafka: each goes on until something fails, then the next begins. */
@NullMarked
package dev.fanfare.retry.session;

import org.jspecify.annotations.NullMarked;
