"""RSA public keys of 2048 bits, whose private keys nobody has."""

KEY = (
    "ssh-rsa "
    "AAAAB3NzaC1yc2EAAAADAQABAAABAQDD/4XyJXyNPr9C3XwnT6KFqqcyAvOl2g/YfofKxCeHcTh202vIsFf+h98lkeUwlzGb"
    "eU5dE3mpXx0rRxdIC0tjxfp2KNpXgW+5XqXH+q/TGCzVxHE/wVf0+8lBkjd4Q38rumQQe4rBO1jTVf69r1wVZ3s1oswG6fp7"
    "ZPrEy11eOGogRvaNahtxxwFeo1Y4m9ZeBqzNSbRTXeI7kTy80xJq131USN48ZExeXU93+Tlaqf+5NCn4/HNsKyoWroYhVFVn"
    "vfa/rwnby49ixy/mH4jbaiUAdUx49AJL6ZbAmM+AovFfQxFOdRxFDhxTVQ0nYl2LdMeipaHzFpV2NRfYwe4J"
    " somebody@somewhere"
)
ANOTHER_KEY = (
    "ssh-rsa "
    "AAAAB3NzaC1yc2EAAAADAQABAAABAQDhFqEuLf7BU4g6KXgCjaif7A9LIcs4HR310DEoHC1Eieo1VCk8UJyz2w9a9ZrrNwJQ"
    "2V/wU/v1Inut/jBlb4pdh7Ls2HUUTh2ElcUykR4ME8s0e5jJURF5DybpuDwgIYMinApRkfHoW4+kNF8a51z9jFoAGILnrUMz"
    "HEYXIH+LceBsNE+klAOv+GKMuSafg5KLXMTz3n/q0xN7PsyAX4kPXRFRSfApqCfqnnhs68XisnsJd2QEF8Rr5d4Sgi3MLePP"
    "NKIDXagCg+15tF8sTKbqyuVIgYOqNBuTnCXBJ+kWdA885UOxl1c5pVsDijFX/7dVilJpXsvTA+uIFyW//IOx"
    " somebody@somewhere"
)
