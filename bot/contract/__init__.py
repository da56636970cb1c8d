"""What goes in and what comes out: messages, commands, replies, drafts."""
