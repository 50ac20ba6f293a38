/** The interface described: OpenAPI and its reader. */
@NullMarked
package dev.fanfare.control.docs;

import org.jspecify.annotations.NullMarked;
