/** Work that is done in sessions with Kafka: each goes on until something fails, then the next begins. */
@NullMarked
package dev.fanfare.runtime.session;

import org.jspecify.annotations.NullMarked;
