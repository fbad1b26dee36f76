"""The only room that knows every concrete class: settings in, a working house out."""
