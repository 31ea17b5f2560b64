"""Tickets as pictures: QR codes as SVG and PNG, whole tickets as PDF."""
