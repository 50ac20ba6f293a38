/** The topics: their names, what they hold, how they are set up. */
@NullMarked
package dev.fanfare.contract.topic;

import org.jspecify.annotations.NullMarked;
