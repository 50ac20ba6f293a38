/** What is under way in the pipeline now: what waits where, and which endpoints are left alone. */
@NullMarked
package dev.fanfare.control.pipeline;

import org.jspecify.annotations.NullMarked;
