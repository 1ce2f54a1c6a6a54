package dev.culvert.daemon;

import dev.culvert.transport.AgentAddress;

class GuestTest implements GuestContract {
    @Override
    public AgentAddress road(AgentAddress guest) {
        return guest;
    }
}
