/** The dispatcher: each delivery becomes one HTTP attempt, and each attempt an outcome that is never lost. */
@NullMarked
package dev.fanfare.dispatcher;

import org.jspecify.annotations.NullMarked;
