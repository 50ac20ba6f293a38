/** The control plane: who subscribes to what, and what became of it. */
@NullMarked
package dev.fanfare.control;

import org.jspecify.annotations.NullMarked;
