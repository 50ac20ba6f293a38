/** What an answer means, and what becomes of its delivery. */
@NullMarked
package dev.fanfare.dispatcher.outcome;

import org.jspecify.annotations.NullMarked;
