/** The front door: an HTTP request becomes a validated event on {@code fanfare.events}. */
@NullMarked
package dev.fanfare.ingest;

import org.jspecify.annotations.NullMarked;
