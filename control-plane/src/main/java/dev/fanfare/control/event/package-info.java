/** What became of one event, from its acceptance to the state of each of its deliveries. */
@NullMarked
package dev.fanfare.control.event;

import org.jspecify.annotations.NullMarked;
