/** From the topic into the lanes: which deliveries are open, for whom, and what holds them up. */
@NullMarked
package dev.fanfare.dispatcher.intake;

import org.jspecify.annotations.NullMarked;
