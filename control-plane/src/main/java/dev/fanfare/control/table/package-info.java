/** Changes of what the control plane keeps on compacted topics. */
@NullMarked
package dev.fanfare.control.table;

import org.jspecify.annotations.NullMarked;
