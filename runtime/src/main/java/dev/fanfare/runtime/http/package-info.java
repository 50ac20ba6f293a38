/** The HTTP front: one server, problem documents, who may. */
@NullMarked
package dev.fanfare.runtime.http;

import org.jspecify.annotations.NullMarked;
