package dev.fanfare.dispatcher;

import dev.fanfare.dispatcher.address.AddressPolicy;
import dev.fanfare.dispatcher.http.Transport;

/** Where webhooks may go and how they get there, read once from the settings and the files that they name. */
record WaysOut(AddressPolicy policy, Transport transport) {}
